-- When the poller noted the refs of a repository for the first time; what was there by then is not
-- built. NULL before.
ALTER TABLE repositories ADD COLUMN looked BIGINT;
