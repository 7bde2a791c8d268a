/**
 * MetalLB's part of the control plane, in order of precedence.
 */
import type { Controller } from '../controllers/contract.js';
import { metallbController } from './controller/controller.js';
import { memberlistSecretController } from './controller/memberlist-secret.js';

export const metallbControllers: readonly Controller[] = [memberlistSecretController, metallbController];
