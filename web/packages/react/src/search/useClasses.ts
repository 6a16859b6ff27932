// The classes that one teaches or attends, as contract 2 tells them: none for who is of no school.
import type { Person } from "@beseda/client";
import { useEffect, useState } from "react";
import { useChat } from "../context.tsx";

/** Somebody of whom no more is known, or needed. */
export type Named = Pick<Person, "id" | "name">;

export interface SchoolClass {
  id: string;
  name: string;
  people: Named[];
}

interface UserJson {
  id: number | string;
  username: string;
  full_name: string;
}

interface ClassJson {
  id: number | string;
  name: string;
  teacher: UserJson | null;
  students: UserJson[];
}

export function useClasses(): readonly SchoolClass[] {
  const chat = useChat();
  const [classes, setClasses] = useState<readonly SchoolClass[]>([]);
  useEffect(() => {
    let wanted = true;
    chat.session.call<ClassJson[]>("GET", "/api/groups/").then(
      (told) => wanted && setClasses(told.map(classOf)),
      // People are found by their names then.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [chat]);
  return classes;
}

function classOf({ id, name, teacher, students }: ClassJson): SchoolClass {
  const people = [...(teacher ? [teacher] : []), ...students];
  return {
    id: String(id),
    name,
    people: people.map((one) => ({ id: String(one.id), name: one.full_name || one.username })),
  };
}
