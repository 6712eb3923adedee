// node run.mjs vite build: a tool with the Node that is pinned in package.json, whichever runs this. npm 9 does not link it.
// On platforms that have none, with the Node that runs this.
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const tools = {tsc: 'typescript/bin/tsc', vite: 'vite/bin/vite.js', vitest: 'vitest/vitest.mjs'};
const [tool, ...args] = process.argv.slice(2);
const inside = (path) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));
if (!tools[tool]) {
  console.error(`run.mjs: no tool '${tool ?? ''}'; there are ${Object.keys(tools).join(', ')}`);
  process.exit(2);
}
const pinned = inside(`node-linux-${process.arch}/bin/node`);
const ended = spawnSync(existsSync(pinned) ? pinned : process.execPath, [inside(tools[tool]), ...args], {stdio: 'inherit'});
if (ended.error) console.error(`run.mjs: cannot start ${pinned}: ${ended.error.message}`);
process.exit(ended.status ?? 1);
