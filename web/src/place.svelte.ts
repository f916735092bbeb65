// Where in the page one is, and going elsewhere without loading it again.
// SPDX-License-Identifier: Apache-2.0

class Place {
  path = $state(location.pathname);
  query = $state.raw(new URLSearchParams(location.search));

  constructor() {
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (click) => this.#follow(click));
  }

  go(to: string) {
    history.pushState(null, '', to);
    this.#read();
    scrollTo(0, 0);
  }

  #read() {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }

  /** Links of ours that are clicked in the plain way. */
  #follow(click: MouseEvent) {
    const link = click.target instanceof Element ? click.target.closest('a') : null;
    const is_plain = click.button === 0 && !click.metaKey && !click.ctrlKey && !click.shiftKey;
    if (!link || !is_plain || link.target || link.origin !== location.origin) return;
    if (link.hash || link.pathname.startsWith('/v1/')) return;
    click.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const place = new Place();
