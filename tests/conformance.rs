//! The conformance suite that users run on their own aggregates, run on those of the tests; and on repositories that are broken
//! on purpose, each of which it must notice.

#[path = "conformance/broken.rs"]
mod broken;
#[cfg(feature = "sqlite")]
#[path = "conformance/sqlite.rs"]
mod sqlite;
#[path = "conformance/words.rs"]
mod words;

mod memory {
    use aggregate_core::MemoryRepository;
    use aggregate_core::testing::conformance;
    use aggregate_tests::model::board::Board;
    use aggregate_tests::model::document::Document;
    use aggregate_tests::model::invoice::Invoice;
    use aggregate_tests::model::ticket::Ticket;
    use aggregate_tests::model::{basket::Basket, comment::Post, pairs};

    conformance! {
        module: invoices,
        aggregate: Invoice,
        repository: async { MemoryRepository::new() },
        samples: pairs::invoices(),
        neighbour: Invoice::sample(2),
    }

    conformance! {
        module: boards,
        aggregate: Board,
        repository: async { MemoryRepository::new() },
        samples: pairs::boards(),
        neighbour: Board::sample(2),
    }

    conformance! {
        module: rearranged_boards,
        aggregate: Board,
        repository: async { MemoryRepository::new() },
        samples: pairs::rearranged_boards(),
        allow_equal: ["lists.cards.badge"],
    }

    conformance! {
        module: posts,
        aggregate: Post,
        repository: async { MemoryRepository::new() },
        samples: pairs::posts(),
    }

    conformance! {
        module: tickets,
        aggregate: Ticket,
        repository: async { MemoryRepository::new() },
        samples: pairs::tickets(),
        neighbour: Ticket::sample(2),
    }

    conformance! {
        module: documents,
        aggregate: Document,
        repository: async { MemoryRepository::new() },
        samples: pairs::documents(),
        neighbour: Document::sample(2),
    }

    conformance! {
        module: baskets,
        aggregate: Basket,
        repository: async { MemoryRepository::new() },
        samples: pairs::baskets(),
        same: Basket::eq,
    }
}
