import {core} from './core';
import {messages} from './messages';
import {pages} from './pages';
import {shell} from './shell';
import type {Catalogue} from '../en';

export const de: Catalogue = { ...core, ...shell, ...messages, ...pages };
