// Trusted Types: the page's policy lets a script come from two addresses only, the service worker's and the Markdown worker's.
import {here} from './url';

interface Policy { createScriptURL(url: string): unknown }
interface Factory { createPolicy(name: string, rules: {createScriptURL(url: string): string}): Policy }

export function isOurScript(url: string, base = here()): boolean {
  if (!url.startsWith(base)) return false;
  const path = url.slice(base.length);
  return path === 'sw.js' || /^static\/app\/(markdown|worker)[\w.-]*\.js$/.test(path);
}

function check(url: string): string {
  const whole = new URL(url, document.baseURI).href;
  if (!isOurScript(whole) && !import.meta.env?.DEV) throw new TypeError(`${whole} is not a script of this page`);
  return whole;
}

let policy: Policy | undefined;

// For `new Worker(scriptUrl(url))` and `serviceWorker.register(scriptUrl('sw.js'))`. Throws a TypeError for others.
export function scriptUrl(url: string): string {
  const factory = (globalThis as {trustedTypes?: Factory}).trustedTypes;
  if (!factory) return check(url);
  policy ??= factory.createPolicy('sg', {createScriptURL: check});
  return policy.createScriptURL(url) as string;  // a TrustedScriptURL, which the two take
}
