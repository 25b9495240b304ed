create table orders (id integer primary key, number text, status text);
insert into orders values (1, null, 'new'), (2, 'a', 'new');
