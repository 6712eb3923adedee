/** A text by number, chosen by Intl.PluralRules. */
export type Plural = { one: string; other: string };
export type Texts = Record<string, string | Plural>;
/** The same keys with the same kinds of values: what a translation has to be. */
export type Same<T> = { [K in keyof T]: T[K] extends string ? string : Plural };
