/** Gives ids to the nodes of a graph, none of them twice. */
export class Places {
  readonly #taken = new Set<string>();

  root(): string {
    return this.#own('root');
  }

  /** Of a child: `root` and `step_0` make `root/step_0`. */
  below(parent: string, edge: string): string {
    return this.#own(`${parent}/${edge.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }

  /** The second one of an edge has `~2` behind it, which no edge can end with. */
  #own(wanted: string): string {
    let id = wanted;
    for (let count = 2; this.#taken.has(id); count++) id = `${wanted}~${count}`;
    this.#taken.add(id);
    return id;
  }
}
