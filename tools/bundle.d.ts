/** Writes dist/bin/candil.js and its worker, and the package for gRPC. Sources come from `src`. */
export function bundle(src: string, dist: string): Promise<void>;
