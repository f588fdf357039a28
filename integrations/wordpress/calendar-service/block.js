// The block in the editor: a preview that the server renders, and a field for each attribute of block.json.
( ( { blocks, element, blockEditor, components, serverSideRender: ServerSideRender } ) => {
	const { createElement: h } = element;
	const { useBlockProps, InspectorControls } = blockEditor;
	const { Disabled, PanelBody, SelectControl, TextControl, ToggleControl } = components;
	const labels = window.calendarServiceLabels;
	const NAME = 'calendar-service/widget';
	const LOOK = [ 'view', 'theme', 'accent', 'limit', 'month', 'label', 'height' ];
	const LISTS = [ 'kind', 'tag', 'country', 'language', 'record' ];

	const field = ( name, { type, enum: values }, value, set ) => {
		const label = labels[ name ];
		if ( name === 'cancelled' ) {
			return h( ToggleControl, { key: name, label, checked: value === 'hide', onChange: ( on ) => set( on ? 'hide' : undefined ) } );
		}
		if ( values ) {
			const options = values.map( ( each ) => ( { value: each, label: labels[ `${ name }.${ each }` ] } ) );
			return h( SelectControl, { key: name, label, options, value: value ?? values[ 0 ], onChange: ( next ) => set( next === values[ 0 ] ? undefined : next ) } );
		}
		const isNumber = type === 'integer';
		return h( TextControl, {
			key: name,
			label,
			help: LISTS.includes( name ) ? labels.commas : undefined,
			type: isNumber ? 'number' : 'text',
			value: value ?? '',
			onChange: ( next ) => set( next === '' ? undefined : isNumber ? Number( next ) : next ),
		} );
	};

	const Edit = ( { attributes, setAttributes } ) => {
		const known = Object.entries( blocks.getBlockType( NAME ).attributes ).filter( ( [ name ] ) => name in labels );
		const fields = ( isLook ) => known
			.filter( ( [ name ] ) => LOOK.includes( name ) === isLook )
			.map( ( [ name, schema ] ) => field( name, schema, attributes[ name ], ( value ) => setAttributes( { [ name ]: value } ) ) );
		return h(
			'div',
			useBlockProps(),
			h(
				InspectorControls,
				null,
				h( PanelBody, { title: labels.look }, fields( true ) ),
				h( PanelBody, { title: labels.shown }, fields( false ) )
			),
			h( Disabled, null, h( ServerSideRender, { block: NAME, attributes } ) )
		);
	};

	blocks.registerBlockType( NAME, { edit: Edit, save: () => null } );
} )( window.wp );
