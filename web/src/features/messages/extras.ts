import type { Message } from '../../lib/types';

// Extras come from any sender, so nothing of their shape is sure.
function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function isMarkdown(message: Message): boolean {
  return member(member(message.extras, 'client::display'), 'contentType') === 'text/markdown';
}

export function clickUrl(message: Message): string | undefined {
  return text(member(member(member(message.extras, 'client::notification'), 'click'), 'url'));
}

export function bigImage(message: Message): string | undefined {
  return text(member(member(message.extras, 'client::notification'), 'bigImageUrl'));
}
