create table lines (order_id integer not null, quantity integer not null, cents integer not null);
create table payments (order_id integer not null, cents integer not null);
insert into lines values (1, 2, 1000), (1, 1, 500), (2, 1, 1500);
insert into payments values (1, 2500), (2, 1000);
