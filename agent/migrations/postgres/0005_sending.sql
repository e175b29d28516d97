-- Until when others leave a status alone that an agent is sending. NULL where nobody is.
ALTER TABLE statuses ADD COLUMN taken BIGINT;
