create table orders (id integer primary key);
create tabel customers (id integer);
