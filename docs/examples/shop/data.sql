-- What a few years of real life put into it.

INSERT INTO customers (id, email, name, country) VALUES
    (1, 'ada@example.org', 'Ada', 'GB'),
    (2, 'grace@example.org', 'Grace', 'US'),
    (3, 'alan@example.org', 'Alan', 'GB'),
    (4, 'grace@example.org', 'Grace H.', 'US'),
    (5, 'linus@example.org', 'Linus', 'FI'),
    (6, 'ken-at-example.org', 'Ken', NULL);

INSERT INTO products (sku, title, price) VALUES
    ('tea-100', 'Green tea, 100 g', 7.50),
    ('tea-250', 'Green tea, 250 g', 15.90),
    ('mug-blue', 'Blue mug', 12.00);

INSERT INTO orders (id, customer_id, status, placed_on, shipped_on) VALUES
    (101, 1, 'sent', '2024-03-01', '2024-03-02'),
    (102, 2, 'paid', '2024-03-04', NULL),
    (103, NULL, 'sent', '2023-11-20', '2023-11-22'),
    (104, 3, 'shipped', '2024-03-05', '2024-03-06'),
    (105, NULL, 'new', '2023-12-01', NULL),
    (106, 9, 'paid', '2024-03-07', NULL),
    (107, 5, 'sent', '2024-03-08', NULL);

INSERT INTO order_items (order_id, line, sku, quantity) VALUES
    (101, 1, 'tea-100', 2),
    (101, 2, 'mug-blue', 1),
    (102, 1, 'tea-250', 1),
    (103, 1, 'tea-100', 1),
    (104, 1, 'mug-blue', 4),
    (105, 1, 'tea-100', 0),
    (106, 1, 'tea-250', 1),
    (107, 1, 'mug-red', 1),
    (110, 1, 'tea-100', 3),
    (110, 2, 'mug-blue', 1);

INSERT INTO legacy_coupons (code, percent) VALUES ('SPRING19', 10);
