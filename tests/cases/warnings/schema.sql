create table orders (id integer primary key);
create table customers (id integer primary key);
