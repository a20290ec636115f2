// First: it takes the token out of the address before the router reads it.
import './ipc'
import { mount } from 'svelte'
import './tokens/tokens.css'
import './kit/base.css'
import './kit/shared.css'
import App from './App.svelte'

const target = document.getElementById('app')
if (target) mount(App, { target })
