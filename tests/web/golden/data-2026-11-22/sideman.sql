PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE sessions (id text primary key, used real not null) without rowid;
INSERT INTO sessions VALUES('814412907b81a06e0ce0ababf85c1af5',1795962529.1278624534);
CREATE TABLE pieces (
    id text primary key,
    session text not null references sessions (id),
    name text not null,
    description text not null,
    state text not null,
    detail text,
    created real not null
, owner text, named integer not null default 1) without rowid;
INSERT INTO pieces VALUES('64415b77a40401874fc34a1d995b7387','814412907b81a06e0ce0ababf85c1af5','C Am','{"tempo":96.5,"style":"jazz","tracks":["drums","bass"],"seed":7,"takes":2,"density":2,"temperature":1.1,"top_p":0.9,"progression":"C:4|Am:4","key":"C major","bars":2,"beats":8.0,"seconds":4.974093264248705,"model":"d86a993727ed99d0-kernel"}','done',NULL,1795962529.0094006061,'c6b0e8b2bf01e88f',0);
INSERT INTO pieces VALUES('a25a42463a041cc53d266833d4d3ab58','814412907b81a06e0ce0ababf85c1af5','Mine','{"tempo":120.0,"style":null,"tracks":["piano"],"seed":3,"takes":1,"density":null,"temperature":0.9,"top_p":0.95,"progression":"Dm7:4","key":"D minor","bars":1,"beats":4.0,"seconds":2.0,"model":"d86a993727ed99d0-kernel"}','done',NULL,1795962529.129021883,'c6b0e8b2bf01e88f',1);
CREATE INDEX pieces_of_session on pieces (session, created);
CREATE INDEX pieces_by_age on pieces (created);
COMMIT;
PRAGMA user_version=3;
