-- What is old is found without reading what is not.
CREATE INDEX deliveries_of_age ON deliveries (received, id) WHERE outcome IS NOT NULL;
