export interface Trip {
  readonly traveller: string;
  readonly city: string;
  readonly passportValid: boolean;
}

/** The other sides of a booking, in memory: each keeps what it has given out until that is taken back. */
export function travelServices() {
  const airline = new Office('seat');
  const hotel = new Office('room');
  const bank = new Office('payment');
  const office = new Office('documents');

  // Taking a room back fails at first, as the network does: the saga tries it again.
  let isDown = true;
  const cancelRoom = async (room: string): Promise<void> => {
    if (isDown) {
      isDown = false;
      throw Object.assign(new Error('503 the hotel is restarting'), { status: 503 });
    }
    await hotel.takeBack(room);
  };

  return {
    airline: { book: (trip: Trip) => airline.give(trip), cancel: (seat: string) => airline.takeBack(seat) },
    hotel: { book: (trip: Trip) => hotel.give(trip), cancel: cancelRoom },
    bank: { charge: (trip: Trip) => bank.give(trip), refund: (payment: string) => bank.takeBack(payment) },
    documents: {
      issue: async (trip: Trip) => {
        if (!trip.passportValid) throw new Error(`the passport of ${trip.traveller} is out of date`);
        return office.give(trip);
      },
      withdraw: (documents: string) => office.takeBack(documents),
    },
    /** Everything that is given out, over all of them. */
    given: () => [airline, hotel, bank, office].flatMap(({ given }) => [...given]),
  };
}

export type TravelServices = Pick<
  ReturnType<typeof travelServices>,
  'airline' | 'hotel' | 'bank' | 'documents'
>;

class Office {
  readonly given = new Set<string>();
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  async give({ traveller }: Trip): Promise<string> {
    const item = `${traveller}'s ${this.#what}`;
    this.given.add(item);
    return item;
  }

  async takeBack(item: string): Promise<void> {
    this.given.delete(item);
  }
}
