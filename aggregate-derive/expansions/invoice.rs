#[derive(Clone)]
pub struct Invoice {
    id: InvoiceId,
    version: Version,
    customer: CustomerId,
    total: Cents,
    lines: Vec<Line>,
}
const _: () = {
    use ::aggregate_core::__private;
    #[automatically_derived]
    impl __private::Entity for Invoice
    where
        for<'__a> Invoice: __private::Row,
        for<'__a> InvoiceId: __private::IdField,
        for<'__a> Vec<Line>: __private::Child,
    {
        type Id = InvoiceId;
        type Key<'__k> = &'__k InvoiceId;
        const TABLE: &'static __private::Table = &__private::Table::new(
                "invoices",
                &[
                    __private::ColumnDef::new("id"),
                    __private::ColumnDef::new("version"),
                    __private::ColumnDef::new("customer"),
                    __private::ColumnDef::new("total"),
                ],
            )
            .id(&[0])
            .version(1)
            .children(
                &[
                    __private::Edge::new(
                        "lines",
                        <Vec<Line> as __private::Child>::TABLE,
                        &["invoice_id"],
                    ),
                ],
            );
        fn id(&self) -> Self::Id {
            __private::Clone::clone(&self.id)
        }
        fn key(&self) -> Self::Key<'_> {
            &self.id
        }
        fn as_key(__id: &Self::Id) -> Self::Key<'_> {
            __id
        }
        fn key_parts<'__k>(
            &'__k self,
            __visit: &mut dyn __private::FnMut(&'__k dyn __private::KeyPart),
        ) {
            __visit(&self.id);
        }
        fn fields<__V: __private::Fields<Self>>(__v: &mut __V) {
            __v.compared(2, |__s| &__s.customer, |__s| &mut __s.customer);
            __v.compared(3, |__s| &__s.total, |__s| &mut __s.total);
        }
        fn children<__V: __private::Branches<Self>>(
            __v: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __v.child(|__s| &__s.lines, |__s| &mut __s.lines)?;
            __private::Ok(())
        }
    }
    #[automatically_derived]
    impl __private::Aggregate for Invoice
    where
        for<'__a> Invoice: __private::Row,
        for<'__a> InvoiceId: __private::IdField,
        for<'__a> Vec<Line>: __private::Child,
        for<'__a> Version: __private::VersionField,
    {
        fn version(&self) -> __private::Version {
            __private::version_of(self.version)
        }
        fn set_version(&mut self, __version: __private::Version) {
            self.version = __private::From::from(__version);
        }
    }
    #[automatically_derived]
    impl<__DB: __private::Backend> __private::Persist<__DB> for Invoice
    where
        for<'__a> Invoice: __private::Row,
        for<'__a> InvoiceId: __private::IdField,
        for<'__a> Vec<Line>: __private::Child,
        InvoiceId: __private::IsColumn<__DB>,
        Version: __private::IsColumn<__DB>,
        CustomerId: __private::IsColumn<__DB>,
        Cents: __private::IsColumn<__DB>,
        for<'__a> <Vec<Line> as __private::Child>::Entity: __private::Persist<__DB>,
    {
        fn decode(
            __row: &mut __private::RowReader<'_, __DB>,
        ) -> __private::Result<Self, __private::Error> {
            __private::Ok(Self {
                id: __row.column(0)?,
                version: __row.column(1)?,
                customer: __row.column(2)?,
                total: __row.column(3)?,
                lines: __row.child(0)?,
            })
        }
        fn read_id(
            __row: &mut __private::KeyReader<'_, __DB>,
        ) -> __private::Result<InvoiceId, __private::Error> {
            __row.part()
        }
        fn bind_key(
            __key: &InvoiceId,
            __values: &mut __private::Values<__DB>,
        ) -> __private::Result<(), __private::Error> {
            __values.bind(__key)
        }
        fn columns<__V: __private::Columns<__DB, Self>>(
            __v: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __v.column(|__s| &__s.id, |__s| &mut __s.id)?;
            __v.column(|__s| &__s.version, |__s| &mut __s.version)?;
            __v.column(|__s| &__s.customer, |__s| &mut __s.customer)?;
            __v.column(|__s| &__s.total, |__s| &mut __s.total)?;
            __private::Ok(())
        }
        fn children<__V: __private::Children<__DB, Self>>(
            __v: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __v.child(|__s| &__s.lines, |__s| &mut __s.lines)?;
            __private::Ok(())
        }
    }
    const _: () = <Invoice as __private::IsClone>::OK;
    const _: () = <Invoice as __private::IsSendAndSync>::OK;
    const _: () = <InvoiceId as __private::IsId>::OK;
    const _: () = <Version as __private::IsVersion>::OK;
    const _: () = <Vec<Line> as __private::IsChild>::OK;
    use __private::Undescribed as _;
    const __TABLE: &__private::Table = __private::Described::<Invoice>::TABLE;
    const _: () = __private::assert_clear(
        __TABLE,
        0,
        "the rows of field `lines` have a column of their own with the name of their foreign key\nhelp: put `#[parent]` on it if it mirrors the parent's key, else name the key otherwise: `#[child(foreign_key = \"...\")]`",
    );
    const _: () = __private::assert_parent(
        __TABLE,
        0,
        "the rows of field `lines` have more or fewer `#[parent]` fields than their foreign key has columns\nhelp: mirror the whole key, in its order, or none of it",
    );
    const _: () = __private::assert_tree(__TABLE);
};
