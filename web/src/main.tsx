import './styles/index.css';
import {render} from 'preact';
import {App} from './shell/App';
import {boot} from './state/boot';

render(<App />, document.getElementById('app')!);
void boot();
