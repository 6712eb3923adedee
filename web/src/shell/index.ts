// What pages use of the shell. App itself is imported by main alone.
export {bind, type KeyHandler, type KeyMap} from './keys';
export {lazy} from './lazy';
export {Page} from './Page';
export {setTitle} from './title';
