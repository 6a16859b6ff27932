-- What the host application keeps that rooms are about. The columns of `orders` are what operators query by hand.
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    generated_order_number TEXT NOT NULL,
    client_id INTEGER REFERENCES people (id),
    expert_id INTEGER REFERENCES people (id),
    operator_id INTEGER REFERENCES people (id),
    status TEXT NOT NULL
) STRICT;

CREATE TABLE groups (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    teacher_id INTEGER REFERENCES people (id)
) STRICT;

CREATE TABLE group_students (
    group_id INTEGER NOT NULL REFERENCES groups (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (group_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_students_person ON group_students (person_id);
