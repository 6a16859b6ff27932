// What a page loads that calls `createChat` and nothing else.
export { createChat } from "../../packages/client/src/index.ts";
