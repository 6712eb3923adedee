// The flows against the real server. scripts/test-web sets the variables; see docs/web.md, Development.
import {resolve} from 'node:path';
import {defineConfig} from '@playwright/test';
import type {Options} from './support/test';

const kHere = import.meta.dirname;
const kModes = (process.env.E2E_MODES ?? 'v2').split(' ') as Options['mode'][];
const kSizes = (process.env.E2E_SIZES ?? '1280').split(' ');
const kOut = process.env.E2E_OUT ?? resolve(kHere, '../../../build/web-tests');

const viewports: Record<string, {width: number; height: number}> = {1280: {width: 1280, height: 800}, 360: {width: 360, height: 740}};

function project(mode: Options['mode'], size: string, smoke = false) {
  const phone = size === '360';
  return {
    name: `${mode}-${size}${smoke ? '-smoke' : ''}`,
    ...(smoke && {grep: /@smoke/}),
    use: {mode, viewport: viewports[size]!, hasTouch: phone, isMobile: phone},
  };
}

const projects = kModes.flatMap((mode) => kSizes.map((size) => project(mode, size)));
// One mode and size has all flows, the opposite one those that say the most.
if (process.env.E2E_SMOKE) projects.push(project('v3', '360', true));

export default defineConfig<Options>({
  testDir: kHere,
  testMatch: '*.spec.ts',
  outputDir: resolve(kOut, 'failed'),
  projects,
  workers: Number(process.env.E2E_WORKERS ?? 2),
  forbidOnly: true,
  retries: 0,
  // Limits for what hangs. On a busy machine everything may take ten times as long.
  timeout: 120_000,
  expect: {timeout: 30_000},
  reporter: [['list', {printSteps: false}]],
  use: {
    browserName: 'chromium',
    headless: true,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme: 'light',
    // Most flows are about the page; those about the worker allow it.
    serviceWorkers: 'block',
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', chromiumSandbox: process.getuid?.() !== 0},
  },
});
