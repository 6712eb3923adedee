import { apps } from '../../state/apps';
import { shownApp } from './filter-words';
import { testing } from './page';

/** Sends a test message to the application that is shown, or to the first. */
export function testApp() {
  const app = apps.peek().find(({ id }) => id === shownApp()) ?? apps.peek()[0];
  if (app) testing.value = { appid: app.id, at: Date.now() };
}
