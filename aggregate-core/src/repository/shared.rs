//! A shared repository is a repository: each call is that of what is behind it.

use std::sync::Arc;

use async_trait::async_trait;

use super::contract::{Explanation, Repository, RowRepository};
use crate::entity::Aggregate;
use crate::error::Error;
use crate::report::SaveReport;
use crate::tracked::Tracked;

#[async_trait]
impl<A: Aggregate, R: Repository<A> + ?Sized> Repository<A> for Arc<R> {
    async fn find_many(&self, ids: &[A::Id]) -> Result<Vec<Option<Tracked<A>>>, Error> {
        (**self).find_many(ids).await
    }

    async fn save(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        (**self).save(aggregate).await
    }

    async fn save_all(&self, aggregates: &mut [Tracked<A>]) -> Result<Vec<SaveReport>, Error> {
        (**self).save_all(aggregates).await
    }

    async fn delete(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        (**self).delete(aggregate).await
    }

    async fn find(&self, id: &A::Id) -> Result<Option<Tracked<A>>, Error> {
        (**self).find(id).await
    }

    async fn get(&self, id: &A::Id) -> Result<Tracked<A>, Error> {
        (**self).get(id).await
    }

    async fn get_many(&self, ids: &[A::Id]) -> Result<Vec<Tracked<A>>, Error> {
        (**self).get_many(ids).await
    }

    async fn reload(&self, aggregate: &mut Tracked<A>) -> Result<(), Error> {
        (**self).reload(aggregate).await
    }

    fn is_in_unit(&self) -> bool {
        (**self).is_in_unit()
    }
}

#[async_trait]
impl<A: Aggregate, R: RowRepository<A> + ?Sized> RowRepository<A> for Arc<R> {
    async fn touch(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        (**self).touch(aggregate).await
    }

    async fn merge(&self, copy: &A) -> Result<Tracked<A>, Error> {
        (**self).merge(copy).await
    }

    async fn merge_any(&self, copy: &A) -> Result<Tracked<A>, Error> {
        (**self).merge_any(copy).await
    }

    async fn explain(&self, mine: &Tracked<A>) -> Result<Explanation<A>, Error> {
        (**self).explain(mine).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;

    use super::{Explanation, Repository, RowRepository};
    use crate::error::Error;
    use crate::report::SaveReport;
    use crate::samples::{Order, order};
    use crate::tracked::Tracked;

    /// Refuses each call by its name.
    struct Refusing;

    fn refused<T>(call: &str) -> Result<T, Error> {
        Err(Error::NotFound { aggregate: "orders", id: call.to_owned() })
    }

    #[async_trait]
    impl Repository<Order> for Refusing {
        async fn find_many(&self, _: &[i64]) -> Result<Vec<Option<Tracked<Order>>>, Error> {
            refused("find_many")
        }
        async fn save(&self, _: &mut Tracked<Order>) -> Result<SaveReport, Error> {
            refused("save")
        }
        async fn save_all(&self, _: &mut [Tracked<Order>]) -> Result<Vec<SaveReport>, Error> {
            refused("save_all")
        }
        async fn delete(&self, _: &mut Tracked<Order>) -> Result<SaveReport, Error> {
            refused("delete")
        }
        async fn find(&self, _: &i64) -> Result<Option<Tracked<Order>>, Error> {
            refused("find")
        }
        async fn get(&self, _: &i64) -> Result<Tracked<Order>, Error> {
            refused("get")
        }
        async fn get_many(&self, _: &[i64]) -> Result<Vec<Tracked<Order>>, Error> {
            refused("get_many")
        }
        async fn reload(&self, _: &mut Tracked<Order>) -> Result<(), Error> {
            refused("reload")
        }
        fn is_in_unit(&self) -> bool {
            true
        }
    }

    #[async_trait]
    impl RowRepository<Order> for Refusing {
        async fn touch(&self, _: &mut Tracked<Order>) -> Result<SaveReport, Error> {
            refused("touch")
        }
        async fn merge(&self, _: &Order) -> Result<Tracked<Order>, Error> {
            refused("merge")
        }
        async fn merge_any(&self, _: &Order) -> Result<Tracked<Order>, Error> {
            refused("merge_any")
        }
        async fn explain(&self, _: &Tracked<Order>) -> Result<Explanation<Order>, Error> {
            refused("explain")
        }
    }

    /// The call that was refused.
    fn call<T>(result: Result<T, Error>) -> String {
        match result {
            Err(Error::NotFound { id, .. }) => id,
            _ => panic!("every call is refused"),
        }
    }

    #[tokio::test]
    async fn every_call_is_that_of_what_is_behind_it() {
        let orders: Arc<dyn RowRepository<Order>> = Arc::new(Refusing);
        // Of the `Arc` itself, not of what it points to.
        let orders = &orders;
        let mut one = Tracked::new(order());
        assert_eq!(call(Repository::find_many(orders, &[1]).await), "find_many");
        assert_eq!(call(Repository::save(orders, &mut one).await), "save");
        assert_eq!(call(Repository::save_all(orders, &mut []).await), "save_all");
        assert_eq!(call(Repository::delete(orders, &mut one).await), "delete");
        assert_eq!(call(Repository::find(orders, &1).await), "find");
        assert_eq!(call(Repository::get(orders, &1).await), "get");
        assert_eq!(call(Repository::get_many(orders, &[1]).await), "get_many");
        assert_eq!(call(Repository::reload(orders, &mut one).await), "reload");
        assert!(Repository::<Order>::is_in_unit(orders));
        assert_eq!(call(RowRepository::touch(orders, &mut one).await), "touch");
        assert_eq!(call(RowRepository::merge(orders, &order()).await), "merge");
        assert_eq!(call(RowRepository::merge_any(orders, &order()).await), "merge_any");
        assert_eq!(call(RowRepository::explain(orders, &one).await), "explain");
    }
}
