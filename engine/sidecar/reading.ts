import { isNativeSidecar, type Pod } from '../kube/pod.ts';
import { classify, classifyInit, type InitRole, type Role } from './classify.ts';
import { type Clues, type Handshake, readClues, readHandshakes } from './clues.ts';
import type { Source } from './evidence.ts';
import type { Named } from './named.ts';
import { killersOf, readWorkarounds, type Workaround } from './workarounds.ts';

/** Everything that was read in a pod: each thing is found once, and rules, hovers and migrations look here. */
export interface Reading {
  readonly pod: Pod;
  /** Of the regular containers, in their order, and behind them of the native sidecars. */
  readonly clues: readonly Clues[];
  /** Of the init containers that are no native sidecars, in their order. */
  readonly initClues: readonly Clues[];
  readonly handshakes: readonly Handshake[];
  /** Of the regular containers, in their order. */
  readonly roles: readonly Role[];
  /** Of the init containers that are no native sidecars, in their order. */
  readonly initRoles: readonly InitRole[];
  readonly workarounds: readonly Workaround[];
}

/** Reads a pod. `named`: what the configuration says of containers. `without` leaves evidence out, to measure its worth. */
export function readPod(pod: Pod, named: Named = {}, without?: ReadonlySet<Source>): Reading {
  const regular = readClues(pod, pod.containers);
  const clues = [...regular, ...readClues(pod, pod.initContainers.filter(isNativeSidecar))];
  const handshakes = readHandshakes(pod, clues);
  const killers = killersOf(clues, handshakes);
  const roles = classify(pod, regular, handshakes, killers, named, without);
  const init = readClues(
    pod,
    pod.initContainers.filter((each) => !isNativeSidecar(each)),
  );
  const initRoles = classifyInit(pod, init);
  return {
    pod,
    clues,
    initClues: init,
    handshakes,
    roles,
    initRoles,
    workarounds: readWorkarounds(pod, clues, init, handshakes, killers),
  };
}
