/**
 * Entry of the pod-server process. Its own process, so that a busy pod cannot stall the API, DNS or a speaker.
 * Imports little: it must be ready at once.
 */
import { createWorld } from '../../world/world.js';
import { serveCommands } from './commands.js';
import { openListener } from './listeners.js';

process.title = 'kubewire-pods';
serveCommands(createWorld({ seed: 0 }).clock, openListener);
