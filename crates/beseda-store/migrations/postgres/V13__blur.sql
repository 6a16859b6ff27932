-- A blurred look of a picture, as the bytes of a ThumbHash; none where it has no small copy, or was kept before this.
ALTER TABLE files ADD COLUMN blur BYTEA;
