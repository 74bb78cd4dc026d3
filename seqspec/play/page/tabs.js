// Tabs as the ARIA practices have them: arrows go from one to the next, Tab goes into its panel.

export class Tabs {
  /** `chosen` is called with the id of the panel that is shown from now on. */
  constructor(list, chosen) {
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    this.chosen = chosen;
    for (const tab of this.tabs) tab.addEventListener("click", () => this.choose(tab));
    list.addEventListener("keydown", (event) => this.#key(event));
    this.choose(this.tabs[0]);
  }

  choose(tab) {
    this.shown = tab.getAttribute("aria-controls");
    for (const each of this.tabs) {
      each.setAttribute("aria-selected", String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
      document.getElementById(each.getAttribute("aria-controls")).hidden = each !== tab;
    }
    this.chosen(this.shown);
  }

  #key(event) {
    const [at, count] = [this.tabs.indexOf(document.activeElement), this.tabs.length];
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = this.tabs.at(to % count);
    tab.focus();
    this.choose(tab);
  }
}
