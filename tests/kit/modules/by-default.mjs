/** Operations as methods of an instance: they need their `this`. */
class Store {
  #names = ['one'];

  async getOpsSummary() {
    return this.#names;
  }
}

export default new Store();
