-- A letter and its marks are one letter in what is searched: written anew for everybody, in code, right after this.
UPDATE people SET search = '';
