-- Which agent is sending a status, and until when others leave it alone. NULL where nobody is.
ALTER TABLE statuses ADD COLUMN taken BIGINT;
ALTER TABLE statuses ADD COLUMN taker TEXT;
