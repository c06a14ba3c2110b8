// Which Chromium the browser tests run, and how.

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

// No flag here changes what a page may do; they keep the browser quiet and off the network.
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];
