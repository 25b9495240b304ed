create table orders (id integer primary key, number text);
