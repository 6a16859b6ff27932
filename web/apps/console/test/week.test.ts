// Office hours go from the server to a form and back without a minute lost.
import { describe, expect, it } from "vitest";
import { DAY, daysOf, minutesOf, timeOf, WEEK, weekOf } from "../src/week.ts";

describe("hours", () => {
  it("stand on their days, and what goes over midnight on both", () => {
    const night: [number, number] = [4 * DAY + 22 * 60, 5 * DAY + 6 * 60];
    const days = daysOf([[540, 1080], night]);
    expect(days[0]).toEqual([{ from: 540, to: 1080 }]);
    expect(days[4]).toEqual([{ from: 22 * 60, to: DAY }]);
    expect(days[5]).toEqual([{ from: 0, to: 6 * 60 }]);
    expect(days[6]).toEqual([]);
  });

  it("that are always open are seven whole days, and come back so", () => {
    const days = daysOf([[0, WEEK]]);
    expect(days.every(([one]) => one?.from === 0 && one.to === DAY)).toBe(true);
    expect(weekOf(days)[6]).toEqual([6 * DAY, WEEK]);
  });

  it("from Sunday into Monday end before they begin", () => {
    const sunday = [{ from: 22 * 60, to: 2 * 60 }];
    expect(weekOf([[], [], [], [], [], [], sunday])).toEqual([[6 * DAY + 22 * 60, 120]]);
    const days = daysOf([[6 * DAY + 22 * 60, 120]]);
    expect(days[6]).toEqual([{ from: 22 * 60, to: DAY }]);
    expect(days[0]).toEqual([{ from: 0, to: 120 }]);
  });

  it("are told as a clock tells them", () => {
    expect(timeOf(9 * 60 + 5)).toBe("09:05");
    expect(timeOf(DAY)).toBe("00:00");
    expect(minutesOf("18:30")).toBe(18 * 60 + 30);
    expect(minutesOf("24:00")).toBeNull();
    expect(minutesOf("")).toBeNull();
  });
});
