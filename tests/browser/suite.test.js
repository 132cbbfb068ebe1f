// One demo and one browser for all tests of the page; each subject has a file in tests/.

import { after, before, describe } from "node:test";

import { launch } from "./support/browser.js";
import { Demo } from "./support/demo.js";
import { accessTests } from "./tests/access.js";
import { connectTests } from "./tests/connect.js";
import { figuresTests } from "./tests/figures.js";
import { liveTests } from "./tests/live.js";
import { outageTests } from "./tests/outage.js";
import { paceTests } from "./tests/pace.js";
import { pictureTests } from "./tests/pictures.js";
import { stateTests } from "./tests/states.js";
import { syncTests } from "./tests/sync.js";
import { teamTests } from "./tests/team.js";

/** Filled before the first test runs. */
const suite = { demo: null, browser: null };

describe("the page", () => {
  before(async () => {
    [suite.demo, suite.browser] = await Promise.all([Demo.start(), launch()]);
  });
  after(async () => {
    await suite.browser?.close();
    await suite.demo?.remove();
  });

  figuresTests(suite);
  syncTests(suite);
  stateTests(suite);
  teamTests(suite);
  accessTests(suite);
  paceTests(suite);
  liveTests(suite);
  connectTests(suite);
  pictureTests(suite);
  // It stops the server, so it comes last.
  outageTests(suite);
});
