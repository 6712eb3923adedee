import {core} from './core';
import {messages} from './messages';
import {pages} from './pages';
import {shell} from './shell';
import type {Same} from '../types';

export const en = { ...core, ...shell, ...messages, ...pages };
export type Catalogue = Same<typeof en>;
