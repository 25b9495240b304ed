-- The shop's database as version 4.2 left it.

CREATE TABLE customers (
    id      INTEGER PRIMARY KEY,
    email   TEXT NOT NULL,
    name    TEXT NOT NULL,
    country TEXT
);

CREATE TABLE products (
    sku    VARCHAR(20) PRIMARY KEY NOT NULL,
    title  TEXT NOT NULL,
    price  DECIMAL(10, 2) NOT NULL CHECK (price >= 0)
);

-- Orders of guests had no customer until 4.1.
CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER,
    status      TEXT NOT NULL DEFAULT 'new',
    placed_on   DATE NOT NULL,
    shipped_on  DATE
);

CREATE TABLE order_items (
    order_id INTEGER NOT NULL,
    line     INTEGER NOT NULL,
    sku      VARCHAR(20) NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (order_id, line)
);

-- Coupons moved to a service of their own in 4.0; this table was to be dropped then.
CREATE TABLE legacy_coupons (
    code    TEXT PRIMARY KEY,
    percent INTEGER NOT NULL
);
