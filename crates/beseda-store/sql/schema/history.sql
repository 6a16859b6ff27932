-- Where the applied migrations stand, under the name that the first releases gave it.
CREATE TABLE IF NOT EXISTS refinery_schema_history (
    version INT PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255)
)
