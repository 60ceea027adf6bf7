#[derive(Clone)]
pub struct Wide {
    c1: i64,
    c2: i64,
    c3: i64,
    c4: i64,
    c5: i64,
    c6: i64,
    c7: i64,
    c8: i64,
    c9: i64,
    c10: i64,
    c11: i64,
    c12: i64,
    c13: i64,
    c14: i64,
    c15: i64,
    c16: i64,
    c17: i64,
    c18: i64,
    c19: i64,
    c20: i64,
    c21: i64,
    c22: i64,
    c23: i64,
    c24: i64,
    c25: i64,
    c26: i64,
    c27: i64,
    c28: i64,
    c29: i64,
    c30: i64,
    c31: i64,
    c32: i64,
    c33: i64,
    c34: i64,
    c35: i64,
    c36: i64,
    c37: i64,
    c38: i64,
    c39: i64,
    c40: i64,
    c41: i64,
    c42: i64,
    c43: i64,
    c44: i64,
    c45: i64,
    c46: i64,
    c47: i64,
    c48: i64,
    c49: i64,
    c50: i64,
    c51: i64,
    c52: i64,
    c53: i64,
    c54: i64,
    c55: i64,
    c56: i64,
    c57: i64,
    c58: i64,
    c59: i64,
    c60: i64,
    c61: i64,
    c62: i64,
    c63: i64,
    c64: i64,
    c65: i64,
}
const _: () = {
    use ::aggregate_core::__private;
    #[automatically_derived]
    impl __private::Entity for Wide
    where
        for<'__a> Wide: __private::Row,
        for<'__a> i64: __private::IdField,
    {
        type Id = i64;
        type Key<'__k> = &'__k i64;
        const TABLE: &'static __private::Table = &__private::Table::new(
                "wide",
                &[
                    __private::ColumnDef::new("c1"),
                    __private::ColumnDef::new("c2"),
                    __private::ColumnDef::new("c3"),
                    __private::ColumnDef::new("c4"),
                    __private::ColumnDef::new("c5"),
                    __private::ColumnDef::new("c6"),
                    __private::ColumnDef::new("c7"),
                    __private::ColumnDef::new("c8"),
                    __private::ColumnDef::new("c9"),
                    __private::ColumnDef::new("c10"),
                    __private::ColumnDef::new("c11"),
                    __private::ColumnDef::new("c12"),
                    __private::ColumnDef::new("c13"),
                    __private::ColumnDef::new("c14"),
                    __private::ColumnDef::new("c15"),
                    __private::ColumnDef::new("c16"),
                    __private::ColumnDef::new("c17"),
                    __private::ColumnDef::new("c18"),
                    __private::ColumnDef::new("c19"),
                    __private::ColumnDef::new("c20"),
                    __private::ColumnDef::new("c21"),
                    __private::ColumnDef::new("c22"),
                    __private::ColumnDef::new("c23"),
                    __private::ColumnDef::new("c24"),
                    __private::ColumnDef::new("c25"),
                    __private::ColumnDef::new("c26"),
                    __private::ColumnDef::new("c27"),
                    __private::ColumnDef::new("c28"),
                    __private::ColumnDef::new("c29"),
                    __private::ColumnDef::new("c30"),
                    __private::ColumnDef::new("c31"),
                    __private::ColumnDef::new("c32"),
                    __private::ColumnDef::new("c33"),
                    __private::ColumnDef::new("c34"),
                    __private::ColumnDef::new("c35"),
                    __private::ColumnDef::new("c36"),
                    __private::ColumnDef::new("c37"),
                    __private::ColumnDef::new("c38"),
                    __private::ColumnDef::new("c39"),
                    __private::ColumnDef::new("c40"),
                    __private::ColumnDef::new("c41"),
                    __private::ColumnDef::new("c42"),
                    __private::ColumnDef::new("c43"),
                    __private::ColumnDef::new("c44"),
                    __private::ColumnDef::new("c45"),
                    __private::ColumnDef::new("c46"),
                    __private::ColumnDef::new("c47"),
                    __private::ColumnDef::new("c48"),
                    __private::ColumnDef::new("c49"),
                    __private::ColumnDef::new("c50"),
                    __private::ColumnDef::new("c51"),
                    __private::ColumnDef::new("c52"),
                    __private::ColumnDef::new("c53"),
                    __private::ColumnDef::new("c54"),
                    __private::ColumnDef::new("c55"),
                    __private::ColumnDef::new("c56"),
                    __private::ColumnDef::new("c57"),
                    __private::ColumnDef::new("c58"),
                    __private::ColumnDef::new("c59"),
                    __private::ColumnDef::new("c60"),
                    __private::ColumnDef::new("c61"),
                    __private::ColumnDef::new("c62"),
                    __private::ColumnDef::new("c63"),
                    __private::ColumnDef::new("c64"),
                    __private::ColumnDef::new("c65"),
                ],
            )
            .id(&[0]);
        fn id(&self) -> Self::Id {
            __private::Clone::clone(&self.c1)
        }
        fn key(&self) -> Self::Key<'_> {
            &self.c1
        }
        fn as_key(__id: &Self::Id) -> Self::Key<'_> {
            __id
        }
        fn key_parts<'__k>(
            &'__k self,
            __visit: &mut dyn __private::FnMut(&'__k dyn __private::KeyPart),
        ) {
            __visit(&self.c1);
        }
        fn fields<__V: __private::Fields<Self>>(__v: &mut __V) {
            __v.compared(1, |__s| &__s.c2, |__s| &mut __s.c2);
            __v.compared(2, |__s| &__s.c3, |__s| &mut __s.c3);
            __v.compared(3, |__s| &__s.c4, |__s| &mut __s.c4);
            __v.compared(4, |__s| &__s.c5, |__s| &mut __s.c5);
            __v.compared(5, |__s| &__s.c6, |__s| &mut __s.c6);
            __v.compared(6, |__s| &__s.c7, |__s| &mut __s.c7);
            __v.compared(7, |__s| &__s.c8, |__s| &mut __s.c8);
            __v.compared(8, |__s| &__s.c9, |__s| &mut __s.c9);
            __v.compared(9, |__s| &__s.c10, |__s| &mut __s.c10);
            __v.compared(10, |__s| &__s.c11, |__s| &mut __s.c11);
            __v.compared(11, |__s| &__s.c12, |__s| &mut __s.c12);
            __v.compared(12, |__s| &__s.c13, |__s| &mut __s.c13);
            __v.compared(13, |__s| &__s.c14, |__s| &mut __s.c14);
            __v.compared(14, |__s| &__s.c15, |__s| &mut __s.c15);
            __v.compared(15, |__s| &__s.c16, |__s| &mut __s.c16);
            __v.compared(16, |__s| &__s.c17, |__s| &mut __s.c17);
            __v.compared(17, |__s| &__s.c18, |__s| &mut __s.c18);
            __v.compared(18, |__s| &__s.c19, |__s| &mut __s.c19);
            __v.compared(19, |__s| &__s.c20, |__s| &mut __s.c20);
            __v.compared(20, |__s| &__s.c21, |__s| &mut __s.c21);
            __v.compared(21, |__s| &__s.c22, |__s| &mut __s.c22);
            __v.compared(22, |__s| &__s.c23, |__s| &mut __s.c23);
            __v.compared(23, |__s| &__s.c24, |__s| &mut __s.c24);
            __v.compared(24, |__s| &__s.c25, |__s| &mut __s.c25);
            __v.compared(25, |__s| &__s.c26, |__s| &mut __s.c26);
            __v.compared(26, |__s| &__s.c27, |__s| &mut __s.c27);
            __v.compared(27, |__s| &__s.c28, |__s| &mut __s.c28);
            __v.compared(28, |__s| &__s.c29, |__s| &mut __s.c29);
            __v.compared(29, |__s| &__s.c30, |__s| &mut __s.c30);
            __v.compared(30, |__s| &__s.c31, |__s| &mut __s.c31);
            __v.compared(31, |__s| &__s.c32, |__s| &mut __s.c32);
            __v.compared(32, |__s| &__s.c33, |__s| &mut __s.c33);
            __v.compared(33, |__s| &__s.c34, |__s| &mut __s.c34);
            __v.compared(34, |__s| &__s.c35, |__s| &mut __s.c35);
            __v.compared(35, |__s| &__s.c36, |__s| &mut __s.c36);
            __v.compared(36, |__s| &__s.c37, |__s| &mut __s.c37);
            __v.compared(37, |__s| &__s.c38, |__s| &mut __s.c38);
            __v.compared(38, |__s| &__s.c39, |__s| &mut __s.c39);
            __v.compared(39, |__s| &__s.c40, |__s| &mut __s.c40);
            __v.compared(40, |__s| &__s.c41, |__s| &mut __s.c41);
            __v.compared(41, |__s| &__s.c42, |__s| &mut __s.c42);
            __v.compared(42, |__s| &__s.c43, |__s| &mut __s.c43);
            __v.compared(43, |__s| &__s.c44, |__s| &mut __s.c44);
            __v.compared(44, |__s| &__s.c45, |__s| &mut __s.c45);
            __v.compared(45, |__s| &__s.c46, |__s| &mut __s.c46);
            __v.compared(46, |__s| &__s.c47, |__s| &mut __s.c47);
            __v.compared(47, |__s| &__s.c48, |__s| &mut __s.c48);
            __v.compared(48, |__s| &__s.c49, |__s| &mut __s.c49);
            __v.compared(49, |__s| &__s.c50, |__s| &mut __s.c50);
            __v.compared(50, |__s| &__s.c51, |__s| &mut __s.c51);
            __v.compared(51, |__s| &__s.c52, |__s| &mut __s.c52);
            __v.compared(52, |__s| &__s.c53, |__s| &mut __s.c53);
            __v.compared(53, |__s| &__s.c54, |__s| &mut __s.c54);
            __v.compared(54, |__s| &__s.c55, |__s| &mut __s.c55);
            __v.compared(55, |__s| &__s.c56, |__s| &mut __s.c56);
            __v.compared(56, |__s| &__s.c57, |__s| &mut __s.c57);
            __v.compared(57, |__s| &__s.c58, |__s| &mut __s.c58);
            __v.compared(58, |__s| &__s.c59, |__s| &mut __s.c59);
            __v.compared(59, |__s| &__s.c60, |__s| &mut __s.c60);
            __v.compared(60, |__s| &__s.c61, |__s| &mut __s.c61);
            __v.compared(61, |__s| &__s.c62, |__s| &mut __s.c62);
            __v.compared(62, |__s| &__s.c63, |__s| &mut __s.c63);
            __v.compared(63, |__s| &__s.c64, |__s| &mut __s.c64);
            __v.compared(64, |__s| &__s.c65, |__s| &mut __s.c65);
        }
        fn children<__V: __private::Branches<Self>>(
            _: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __private::Ok(())
        }
    }
    #[automatically_derived]
    impl __private::Part for Wide {}
    #[automatically_derived]
    impl<__DB: __private::Backend> __private::Persist<__DB> for Wide
    where
        for<'__a> Wide: __private::Row,
        for<'__a> i64: __private::IdField,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
        i64: __private::IsColumn<__DB>,
    {
        fn decode(
            __row: &mut __private::RowReader<'_, __DB>,
        ) -> __private::Result<Self, __private::Error> {
            __private::Ok(Self {
                c1: __row.column(0)?,
                c2: __row.column(1)?,
                c3: __row.column(2)?,
                c4: __row.column(3)?,
                c5: __row.column(4)?,
                c6: __row.column(5)?,
                c7: __row.column(6)?,
                c8: __row.column(7)?,
                c9: __row.column(8)?,
                c10: __row.column(9)?,
                c11: __row.column(10)?,
                c12: __row.column(11)?,
                c13: __row.column(12)?,
                c14: __row.column(13)?,
                c15: __row.column(14)?,
                c16: __row.column(15)?,
                c17: __row.column(16)?,
                c18: __row.column(17)?,
                c19: __row.column(18)?,
                c20: __row.column(19)?,
                c21: __row.column(20)?,
                c22: __row.column(21)?,
                c23: __row.column(22)?,
                c24: __row.column(23)?,
                c25: __row.column(24)?,
                c26: __row.column(25)?,
                c27: __row.column(26)?,
                c28: __row.column(27)?,
                c29: __row.column(28)?,
                c30: __row.column(29)?,
                c31: __row.column(30)?,
                c32: __row.column(31)?,
                c33: __row.column(32)?,
                c34: __row.column(33)?,
                c35: __row.column(34)?,
                c36: __row.column(35)?,
                c37: __row.column(36)?,
                c38: __row.column(37)?,
                c39: __row.column(38)?,
                c40: __row.column(39)?,
                c41: __row.column(40)?,
                c42: __row.column(41)?,
                c43: __row.column(42)?,
                c44: __row.column(43)?,
                c45: __row.column(44)?,
                c46: __row.column(45)?,
                c47: __row.column(46)?,
                c48: __row.column(47)?,
                c49: __row.column(48)?,
                c50: __row.column(49)?,
                c51: __row.column(50)?,
                c52: __row.column(51)?,
                c53: __row.column(52)?,
                c54: __row.column(53)?,
                c55: __row.column(54)?,
                c56: __row.column(55)?,
                c57: __row.column(56)?,
                c58: __row.column(57)?,
                c59: __row.column(58)?,
                c60: __row.column(59)?,
                c61: __row.column(60)?,
                c62: __row.column(61)?,
                c63: __row.column(62)?,
                c64: __row.column(63)?,
                c65: __row.column(64)?,
            })
        }
        fn read_id(
            __row: &mut __private::KeyReader<'_, __DB>,
        ) -> __private::Result<i64, __private::Error> {
            __row.part()
        }
        fn bind_key(
            __key: &i64,
            __values: &mut __private::Values<__DB>,
        ) -> __private::Result<(), __private::Error> {
            __values.bind(__key)
        }
        fn columns<__V: __private::Columns<__DB, Self>>(
            __v: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __v.column(|__s| &__s.c1, |__s| &mut __s.c1)?;
            __v.column(|__s| &__s.c2, |__s| &mut __s.c2)?;
            __v.column(|__s| &__s.c3, |__s| &mut __s.c3)?;
            __v.column(|__s| &__s.c4, |__s| &mut __s.c4)?;
            __v.column(|__s| &__s.c5, |__s| &mut __s.c5)?;
            __v.column(|__s| &__s.c6, |__s| &mut __s.c6)?;
            __v.column(|__s| &__s.c7, |__s| &mut __s.c7)?;
            __v.column(|__s| &__s.c8, |__s| &mut __s.c8)?;
            __v.column(|__s| &__s.c9, |__s| &mut __s.c9)?;
            __v.column(|__s| &__s.c10, |__s| &mut __s.c10)?;
            __v.column(|__s| &__s.c11, |__s| &mut __s.c11)?;
            __v.column(|__s| &__s.c12, |__s| &mut __s.c12)?;
            __v.column(|__s| &__s.c13, |__s| &mut __s.c13)?;
            __v.column(|__s| &__s.c14, |__s| &mut __s.c14)?;
            __v.column(|__s| &__s.c15, |__s| &mut __s.c15)?;
            __v.column(|__s| &__s.c16, |__s| &mut __s.c16)?;
            __v.column(|__s| &__s.c17, |__s| &mut __s.c17)?;
            __v.column(|__s| &__s.c18, |__s| &mut __s.c18)?;
            __v.column(|__s| &__s.c19, |__s| &mut __s.c19)?;
            __v.column(|__s| &__s.c20, |__s| &mut __s.c20)?;
            __v.column(|__s| &__s.c21, |__s| &mut __s.c21)?;
            __v.column(|__s| &__s.c22, |__s| &mut __s.c22)?;
            __v.column(|__s| &__s.c23, |__s| &mut __s.c23)?;
            __v.column(|__s| &__s.c24, |__s| &mut __s.c24)?;
            __v.column(|__s| &__s.c25, |__s| &mut __s.c25)?;
            __v.column(|__s| &__s.c26, |__s| &mut __s.c26)?;
            __v.column(|__s| &__s.c27, |__s| &mut __s.c27)?;
            __v.column(|__s| &__s.c28, |__s| &mut __s.c28)?;
            __v.column(|__s| &__s.c29, |__s| &mut __s.c29)?;
            __v.column(|__s| &__s.c30, |__s| &mut __s.c30)?;
            __v.column(|__s| &__s.c31, |__s| &mut __s.c31)?;
            __v.column(|__s| &__s.c32, |__s| &mut __s.c32)?;
            __v.column(|__s| &__s.c33, |__s| &mut __s.c33)?;
            __v.column(|__s| &__s.c34, |__s| &mut __s.c34)?;
            __v.column(|__s| &__s.c35, |__s| &mut __s.c35)?;
            __v.column(|__s| &__s.c36, |__s| &mut __s.c36)?;
            __v.column(|__s| &__s.c37, |__s| &mut __s.c37)?;
            __v.column(|__s| &__s.c38, |__s| &mut __s.c38)?;
            __v.column(|__s| &__s.c39, |__s| &mut __s.c39)?;
            __v.column(|__s| &__s.c40, |__s| &mut __s.c40)?;
            __v.column(|__s| &__s.c41, |__s| &mut __s.c41)?;
            __v.column(|__s| &__s.c42, |__s| &mut __s.c42)?;
            __v.column(|__s| &__s.c43, |__s| &mut __s.c43)?;
            __v.column(|__s| &__s.c44, |__s| &mut __s.c44)?;
            __v.column(|__s| &__s.c45, |__s| &mut __s.c45)?;
            __v.column(|__s| &__s.c46, |__s| &mut __s.c46)?;
            __v.column(|__s| &__s.c47, |__s| &mut __s.c47)?;
            __v.column(|__s| &__s.c48, |__s| &mut __s.c48)?;
            __v.column(|__s| &__s.c49, |__s| &mut __s.c49)?;
            __v.column(|__s| &__s.c50, |__s| &mut __s.c50)?;
            __v.column(|__s| &__s.c51, |__s| &mut __s.c51)?;
            __v.column(|__s| &__s.c52, |__s| &mut __s.c52)?;
            __v.column(|__s| &__s.c53, |__s| &mut __s.c53)?;
            __v.column(|__s| &__s.c54, |__s| &mut __s.c54)?;
            __v.column(|__s| &__s.c55, |__s| &mut __s.c55)?;
            __v.column(|__s| &__s.c56, |__s| &mut __s.c56)?;
            __v.column(|__s| &__s.c57, |__s| &mut __s.c57)?;
            __v.column(|__s| &__s.c58, |__s| &mut __s.c58)?;
            __v.column(|__s| &__s.c59, |__s| &mut __s.c59)?;
            __v.column(|__s| &__s.c60, |__s| &mut __s.c60)?;
            __v.column(|__s| &__s.c61, |__s| &mut __s.c61)?;
            __v.column(|__s| &__s.c62, |__s| &mut __s.c62)?;
            __v.column(|__s| &__s.c63, |__s| &mut __s.c63)?;
            __v.column(|__s| &__s.c64, |__s| &mut __s.c64)?;
            __v.column(|__s| &__s.c65, |__s| &mut __s.c65)?;
            __private::Ok(())
        }
        fn children<__V: __private::Children<__DB, Self>>(
            _: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __private::Ok(())
        }
    }
    const _: () = <Wide as __private::IsClone>::OK;
    const _: () = <Wide as __private::IsSendAndSync>::OK;
    const _: () = <i64 as __private::IsId>::OK;
};
