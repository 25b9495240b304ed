create table customers (id integer primary key, name text);
insert into customers values (1, 'Ada'), (2, 'Grace'), (3, 'Ada');
create table orders (id integer primary key, customer_id integer, number text, status text, total decimal(10, 2));
insert into orders values
    (1, 1, 'A-1', 'new', 10),
    (2, null, 'A-2', 'paid', 5.5),
    (3, 2, 'A-1', 'sent', 0),
    (4, 9, 'A-1', 'paid', -1),
    (5, null, 'a5555', 'new', 2);
create table coupons (code text primary key);
