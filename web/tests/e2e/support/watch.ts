// What no page of ours may do: throw, report to the console that the policy was violated, open a dialog of the browser, run what
// a message brought, or ask another server for something.
import type {BrowserContext, Page} from '@playwright/test';

const kHarmless = [
  /^Failed to load resource/,  // the page says in words what has failed
  /WebSocket connection to .* failed/,
];

export class Watch {
  private found: string[] = [];
  private allowed: RegExp[] = [];

  faults(): string[] { return this.found.filter((one) => !this.allowed.some((expected) => expected.test(one))); }

  /** For a flow that provokes it. */
  allow(...expected: RegExp[]): void { this.allowed.push(...expected); }

  add(context: BrowserContext): void {
    const note = (what: string) => this.found.push(what);
    void context.addInitScript(() => {
      const ran = (name: string) => () => { console.error(`RAN: ${name}`); };
      Object.assign(window, {alert: ran('alert'), confirm: ran('confirm'), prompt: ran('prompt'), msgbox: ran('msgbox')});
      addEventListener('securitypolicyviolation', (event) => {
        console.error(`POLICY: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    const look = (page: Page) => {
      page.on('pageerror', (error) => note(`error: ${error.message}`));
      page.on('dialog', (dialog) => {
        note(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('console', (message) => {
        if (message.type() === 'error' && !kHarmless.some((one) => one.test(message.text()))) note(`console: ${message.text()}`);
      });
    };
    context.pages().forEach(look);
    context.on('page', look);
    context.on('request', (one) => {
      const {protocol, hostname} = new URL(one.url());
      if (/^(http|ws)s?:$/.test(protocol) && hostname !== '127.0.0.1') note(`request: ${one.url()}`);
    });
  }
}

export function watch(context: BrowserContext): Watch {
  const all = new Watch();
  all.add(context);
  return all;
}
