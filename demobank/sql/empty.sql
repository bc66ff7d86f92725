-- Before a history is loaded: nothing is there, numbers begin at one, and the indexes wait until the rows are in.
truncate {schema}.events, {schema}.outbox, {schema}.checkpoint, {schema}.inbox, {schema}.timer restart identity;
alter table {schema}.events drop constraint events_pkey;
alter table {schema}.events drop constraint events_event_id_key;
alter table {schema}.events drop constraint events_stream_version_key;
alter table {schema}.outbox drop constraint outbox_message_id_key;
