-- After a history is loaded: built at once from sorted rows, the indexes cost a fraction of row by row.
alter table {schema}.events add primary key (id);
alter table {schema}.events add unique (event_id);
alter table {schema}.events add unique (stream, version);
alter table {schema}.outbox add unique (message_id);
analyze {schema}.events;
