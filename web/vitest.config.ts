// Unit tests need no browser; what does is in e2e/.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["{packages,apps}/*/test/**/*.test.ts", "script/*.test.mjs"] },
});
