#[derive(Clone)]
pub struct Order {
    year: i32,
    number: OrderNumber,
    version: i64,
    r#type: String,
    created_by: String,
    search_rank: Option<f64>,
    tags: Vec<String>,
    state: State,
    weight: Weight,
    views: i64,
    cache: Option<String>,
    address: Box<Address>,
    gift_note: Option<Note>,
    notes: Vec<Box<Note>>,
}
const _: () = {
    use ::aggregate_core::__private;
    #[automatically_derived]
    impl __private::Entity for Order
    where
        for<'__a> Order: __private::Row,
        for<'__a> i32: __private::IdField,
        for<'__a> OrderNumber: __private::IdField,
        for<'__a> Box<Address>: __private::Child,
        for<'__a> Option<Note>: __private::Child,
        for<'__a> Vec<Box<Note>>: __private::Child,
    {
        type Id = (i32, OrderNumber);
        type Key<'__k> = (&'__k i32, &'__k OrderNumber);
        const TABLE: &'static __private::Table = &__private::Table::new(
                "Orders",
                &[
                    __private::ColumnDef::new("Year"),
                    __private::ColumnDef::new("number"),
                    __private::ColumnDef::new("revision"),
                    __private::ColumnDef::new("type"),
                    __private::ColumnDef::insert_only("select"),
                    __private::ColumnDef::read_only("search_rank"),
                    __private::ColumnDef::new("tags"),
                    __private::ColumnDef::new("state"),
                    __private::ColumnDef::new("weight"),
                    __private::ColumnDef::new("views").unversioned(),
                ],
            )
            .schema("sales")
            .id(&[0, 1])
            .version(2)
            .children(
                &[
                    __private::Edge::new(
                        "address",
                        <Box<Address> as __private::Child>::TABLE,
                        &["order_Year", "order_number"],
                    ),
                    __private::Edge::new(
                            "gift_note",
                            <Option<Note> as __private::Child>::TABLE,
                            &["order_Year", "order_number"],
                        )
                        .table("gift_notes"),
                    __private::Edge::new(
                            "notes",
                            <Vec<Box<Note>> as __private::Child>::TABLE,
                            &[],
                        )
                        .table("notes")
                        .foreign_key(&["order_year", "order_number"])
                        .unversioned(),
                ],
            );
        fn id(&self) -> Self::Id {
            (__private::Clone::clone(&self.year), __private::Clone::clone(&self.number))
        }
        fn key(&self) -> Self::Key<'_> {
            (&self.year, &self.number)
        }
        fn as_key(__id: &Self::Id) -> Self::Key<'_> {
            (&__id.0, &__id.1)
        }
        fn key_parts<'__k>(
            &'__k self,
            __visit: &mut dyn __private::FnMut(&'__k dyn __private::KeyPart),
        ) {
            __visit(&self.year);
            __visit(&self.number);
        }
        fn fields<__V: __private::Fields<Self>>(__v: &mut __V) {
            __v.compared(3, |__s| &__s.r#type, |__s| &mut __s.r#type);
            __v.compared(4, |__s| &__s.created_by, |__s| &mut __s.created_by);
            __v.read_only(5, |__s| &__s.search_rank, |__s| &mut __s.search_rank);
            __v.compared(6, |__s| &__s.tags, |__s| &mut __s.tags);
            __v.compared(7, |__s| &__s.state, |__s| &mut __s.state);
            __v.compared_by(8, |__s| &__s.weight, |__s| &mut __s.weight, Weight::same);
            __v.compared(9, |__s| &__s.views, |__s| &mut __s.views);
            __v.skipped(|__s| &mut __s.cache);
        }
        fn children<__V: __private::Branches<Self>>(
            __v: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __v.child(|__s| &__s.address, |__s| &mut __s.address)?;
            __v.child(|__s| &__s.gift_note, |__s| &mut __s.gift_note)?;
            __v.child(|__s| &__s.notes, |__s| &mut __s.notes)?;
            __private::Ok(())
        }
        fn check(&self) -> __private::Result<(), __private::Violation> {
            __private::check_invariant(self, Order::check_total)
        }
    }
    #[automatically_derived]
    impl __private::Aggregate for Order
    where
        for<'__a> Order: __private::Row,
        for<'__a> i32: __private::IdField,
        for<'__a> OrderNumber: __private::IdField,
        for<'__a> Box<Address>: __private::Child,
        for<'__a> Option<Note>: __private::Child,
        for<'__a> Vec<Box<Note>>: __private::Child,
        for<'__a> i64: __private::VersionField,
    {
        fn version(&self) -> __private::Version {
            __private::version_of(self.version)
        }
        fn set_version(&mut self, __version: __private::Version) {
            self.version = __private::From::from(__version);
        }
    }
    #[automatically_derived]
    impl<__DB: __private::Backend> __private::Persist<__DB> for Order
    where
        for<'__a> Order: __private::Row,
        for<'__a> i32: __private::IdField,
        for<'__a> OrderNumber: __private::IdField,
        for<'__a> Box<Address>: __private::Child,
        for<'__a> Option<Note>: __private::Child,
        for<'__a> Vec<Box<Note>>: __private::Child,
        i32: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        OrderNumber: __private::IsVia<__DB, i64>,
        i64: __private::IsColumn<__DB>,
        String: __private::IsColumn<__DB>,
        String: __private::IsColumn<__DB>,
        Option<f64>: __private::IsColumn<__DB>,
        Vec<String>: __private::IsJson<__DB>,
        String: __private::IsColumn<__DB>,
        State: __private::IsVia<__DB, String>,
        Weight: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        for<'__a> Option<String>: __private::IsDefault,
        for<'__a> <Box<Address> as __private::Child>::Entity: __private::Persist<__DB>,
        for<'__a> <Option<Note> as __private::Child>::Entity: __private::Persist<__DB>,
        for<'__a> <Vec<Box<Note>> as __private::Child>::Entity: __private::Persist<__DB>,
    {
        fn decode(
            __row: &mut __private::RowReader<'_, __DB>,
        ) -> __private::Result<Self, __private::Error> {
            __private::Ok(Self {
                year: __row.column(0)?,
                number: __row.via::<i64, _>(1)?,
                version: __row.column(2)?,
                r#type: __row.column(3)?,
                created_by: __row.column(4)?,
                search_rank: __row.column(5)?,
                tags: __row.json(6)?,
                state: __row.via::<String, _>(7)?,
                weight: __row.column(8)?,
                views: __row.column(9)?,
                cache: __private::Default::default(),
                address: __row.child(0)?,
                gift_note: __row.child(1)?,
                notes: __row.child(2)?,
            })
        }
        fn read_id(
            __row: &mut __private::KeyReader<'_, __DB>,
        ) -> __private::Result<(i32, OrderNumber), __private::Error> {
            __private::Ok((__row.part()?, __row.via::<i64, _>()?))
        }
        fn bind_key(
            __key: (&i32, &OrderNumber),
            __values: &mut __private::Values<__DB>,
        ) -> __private::Result<(), __private::Error> {
            __values.bind(__key.0)?;
            __values.via::<i64, _>(__key.1)?;
            __private::Ok(())
        }
        fn columns<__V: __private::Columns<__DB, Self>>(
            __v: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __v.column(|__s| &__s.year, |__s| &mut __s.year)?;
            __v.via::<i64, _>(|__s| &__s.number, |__s| &mut __s.number)?;
            __v.column(|__s| &__s.version, |__s| &mut __s.version)?;
            __v.column(|__s| &__s.r#type, |__s| &mut __s.r#type)?;
            __v.column(|__s| &__s.created_by, |__s| &mut __s.created_by)?;
            __v.column(|__s| &__s.search_rank, |__s| &mut __s.search_rank)?;
            __v.json(|__s| &__s.tags, |__s| &mut __s.tags)?;
            __v.via::<String, _>(|__s| &__s.state, |__s| &mut __s.state)?;
            __v.column(|__s| &__s.weight, |__s| &mut __s.weight)?;
            __v.column(|__s| &__s.views, |__s| &mut __s.views)?;
            __private::Ok(())
        }
        fn children<__V: __private::Children<__DB, Self>>(
            __v: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __v.child(|__s| &__s.address, |__s| &mut __s.address)?;
            __v.child(|__s| &__s.gift_note, |__s| &mut __s.gift_note)?;
            __v.child(|__s| &__s.notes, |__s| &mut __s.notes)?;
            __private::Ok(())
        }
    }
    const _: () = <Order as __private::IsClone>::OK;
    const _: () = <Order as __private::IsSendAndSync>::OK;
    const _: () = <i32 as __private::IsId>::OK;
    const _: () = <OrderNumber as __private::IsId>::OK;
    const _: () = <i64 as __private::IsVersion>::OK;
    const _: () = <Option<String> as __private::IsSkipped>::OK;
    const _: () = <Box<Address> as __private::IsChild>::OK;
    const _: () = <Option<Note> as __private::IsChild>::OK;
    const _: () = <Vec<Box<Note>> as __private::IsChild>::OK;
    use __private::Undescribed as _;
    const __TABLE: &__private::Table = __private::Described::<Order>::TABLE;
    const _: () = __private::assert_clear(
        __TABLE,
        0,
        "the rows of field `address` have a column of their own with the name of their foreign key\nhelp: put `#[parent]` on it if it mirrors the parent's key, else name the key otherwise: `#[child(foreign_key = \"...\")]`",
    );
    const _: () = __private::assert_parent(
        __TABLE,
        0,
        "the rows of field `address` have more or fewer `#[parent]` fields than their foreign key has columns\nhelp: mirror the whole key, in its order, or none of it",
    );
    const _: () = __private::assert_clear(
        __TABLE,
        1,
        "the rows of field `gift_note` have a column of their own with the name of their foreign key\nhelp: put `#[parent]` on it if it mirrors the parent's key, else name the key otherwise: `#[child(foreign_key = \"...\")]`",
    );
    const _: () = __private::assert_distinct(
        __TABLE,
        1,
        "field `gift_note` of `Order` would load the rows of another field: they share a table and a foreign key\nhelp: give one of the two its own: `#[child(table = \"...\")]` or `#[child(foreign_key = \"...\")]`",
    );
    const _: () = __private::assert_parent(
        __TABLE,
        1,
        "the rows of field `gift_note` have more or fewer `#[parent]` fields than their foreign key has columns\nhelp: mirror the whole key, in its order, or none of it",
    );
    const _: () = __private::assert_clear(
        __TABLE,
        2,
        "the rows of field `notes` have a column of their own with the name of their foreign key\nhelp: put `#[parent]` on it if it mirrors the parent's key, else name the key otherwise: `#[child(foreign_key = \"...\")]`",
    );
    const _: () = __private::assert_distinct(
        __TABLE,
        2,
        "field `notes` of `Order` would load the rows of another field: they share a table and a foreign key\nhelp: give one of the two its own: `#[child(table = \"...\")]` or `#[child(foreign_key = \"...\")]`",
    );
    const _: () = __private::assert_parent(
        __TABLE,
        2,
        "the rows of field `notes` have more or fewer `#[parent]` fields than their foreign key has columns\nhelp: mirror the whole key, in its order, or none of it",
    );
    const _: () = __private::assert_tree(__TABLE);
};
