import { mount } from 'svelte'
import './tokens/tokens.css'
import './kit/base.css'
import './kit/shared.css'
import App from './App.svelte'

const target = document.getElementById('app')
if (target) mount(App, { target })
