import {t, type Key} from '../../i18n';
import {Section} from '../../ui';
import {count} from './format';
import type {NodeState, ServerState} from './samples';

const transports: Record<string, Key> = { websocket: 'server.websocket', sse: 'server.sse', ndjson: 'server.ndjson', poll: 'server.poll' };
const reasons: Record<string, Key> = {
  client_close: 'server.close_client', peer_gone: 'server.close_gone', missing_pong: 'server.close_pong', slow_consumer: 'server.close_slow',
  write_error: 'server.close_error', protocol_error: 'server.close_protocol', too_big: 'server.close_big', revoked: 'server.close_revoked',
  shutdown: 'server.close_shutdown', resume_failed: 'server.close_resume', answered: 'server.close_answered',
};
const states: Record<string, Key> = {
  live: 'server.node_live', joining: 'server.node_joining', draining: 'server.node_draining', silent: 'server.node_silent', gone: 'server.node_gone',
  'not ready': 'server.node_not_ready',
};

type Pairs = [label: string, value: string][];

function Facts({ pairs }: { pairs: Pairs }) {
  return (
    <dl class="numbers-list">
      {pairs.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function named(counts: Record<string, number>, names: Record<string, Key>): Pairs {
  return Object.entries(counts).map(([name, n]) => [names[name] ? t(names[name]) : name, count(n)]);
}

/** What has no line: connections by transport, what was closed and why, pushes, nodes. */
export function Details({ state }: { state: ServerState }) {
  return (
    <div class="details">
      {state.connections ? (
        <Section title={t('server.by_transport')}>
          <Facts pairs={[...named(state.connections, transports), ...(state.users === undefined ? [] : [[t('server.users'), count(state.users)] as [string, string]])]} />
        </Section>
      ) : null}
      {state.closes ? (
        <Section title={t('server.closes')} hint={t('server.closes_hint')}>
          {Object.keys(state.closes).length ? <Facts pairs={named(state.closes, reasons)} /> : <p class="muted">{t('server.closes_none')}</p>}
        </Section>
      ) : null}
      {state.push ? (
        <Section title={t('server.pushes')}>
          <Facts pairs={[[t('server.push_sent'), count(state.push.sent)], [t('server.push_failed'), count(state.push.failed)]]} />
        </Section>
      ) : null}
      {state.nodes?.length ? (
        <Section title={t('server.nodes')}>
          <ul class="list">
            {state.nodes.map(node => (
              <Node key={node.name} node={node} />
            ))}
          </ul>
        </Section>
      ) : null}
    </div>
  );
}

function Node({ node }: { node: NodeState }) {
  const state = states[node.state];
  return (
    <li class="list-row">
      <span class={`dot${node.state === 'live' ? ' on' : ' off'}`} aria-hidden="true" />
      <div class="list-main">
        <p class="list-title">
          <span class="ellipsis">{node.name}</span>
          {node.self ? <span class="muted small">{t('server.node_this')}</span> : null}
        </p>
        <p class="list-more">
          <span>{state ? t(state) : node.state}</span>
          {node.behind ? <span>{t('server.node_behind', { n: node.behind })}</span> : null}
        </p>
      </div>
    </li>
  );
}
